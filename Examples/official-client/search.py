# SPDX-License-Identifier: Apache-2.0
"""usage: search.py VECTORS.npy PROPERTIES.jsonl: takes in vectors and what they stand for, and shows what is like the first one."""
import json, sys, numpy, weaviate
from weaviate.classes.config import Configure

with weaviate.connect_to_local() as client:
    products = client.collections.create("Item", vector_config=Configure.Vectors.self_provided())
    with products.batch.dynamic() as batch:
        for vector, line in zip(numpy.load(sys.argv[1]), open(sys.argv[2])):
            batch.add_object(json.loads(line), vector=vector.tolist())
    query = f"{{Get{{Item(nearVector:{{vector:{numpy.load(sys.argv[1])[0].tolist()}}} limit:5){{url _additional{{percent}}}}}}}}"
    for hit in client.graphql_raw_query(query).get["Item"]:
        print(f"{hit['_additional']['percent']:5.1f} %  {hit['url']}")
