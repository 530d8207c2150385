// SPDX-License-Identifier: Apache-2.0
// How to do the same elsewhere: the definition as JSON, and as calls of curl and of the clients for Python and TypeScript.

/** As a shell takes it: within single quotes. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** What JSON and Python write differently. */
const words = {
    json: { null: "null", true: "true", false: "false", lastComma: "" },
    python: { null: "None", true: "True", false: "False", lastComma: "," },
};

/** A value as a literal: what is short on one line. */
function literal(value, notation, indent = "", step = "  ") {
    if (value === null || typeof value === "boolean") return notation[String(value)];
    if (typeof value !== "object") return JSON.stringify(value);
    const isList = Array.isArray(value);
    const [open, close] = isList ? "[]" : "{}";
    const deeper = indent + step;
    const inner = (each) => literal(each, notation, deeper, step);
    const members = isList ? value.map(inner) : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${inner(each)}`);
    const isFlat = !members.some((each) => each.includes("\n"));
    const short = `${open}${members.join(", ")}${close}`;
    if (isFlat && short.length <= 60) return short;
    return `${open}\n${members.map((each) => deeper + each).join(",\n")}${notation.lastComma}\n${indent}${close}`;
}

/** The members of a definition one below the other, also if there are few. */
const json = (value) => {
    const members = Object.entries(value).map(([name, each]) => `  ${JSON.stringify(name)}: ${literal(each, words.json, "  ")}`);
    return `{\n${members.join(",\n")}\n}`;
};
const python = (value, indent) => literal(value, words.python, indent, "    ");

function curl(definition, { origin, needsKey }) {
    const key = needsKey ? `    -H "Authorization: Bearer $NEEDLETAIL_API_KEY" \\\n` : "";
    return `curl -sS --fail-with-body ${quoted(`${origin}/v1/schema`)} \\
${key}    -H 'Content-Type: application/json' \\
    -d ${quoted(json(definition))}
`;
}

function inPython(definition, { host, port, isSecure, grpcPort, needsKey }) {
    const key = needsKey ? `,\n    auth_credentials=Auth.api_key(os.environ["NEEDLETAIL_API_KEY"])` : "";
    return `${needsKey ? "import os\n\n" : ""}import weaviate
${needsKey ? "from weaviate.classes.init import Auth\n" : ""}
with weaviate.connect_to_custom(
    http_host=${python(host)}, http_port=${port}, http_secure=${python(isSecure)},
    grpc_host=${python(host)}, grpc_port=${grpcPort}, grpc_secure=${python(isSecure)}${key}
) as client:
    client.collections.create_from_dict(${python(definition, "    ")})
`;
}

function inTypeScript(definition, { host, port, isSecure, grpcPort, needsKey }) {
    const key = needsKey ? "\n    authCredentials: new weaviate.ApiKey(process.env.NEEDLETAIL_API_KEY!)," : "";
    return `import weaviate from "weaviate-client";

const client = await weaviate.connectToCustom({
    httpHost: ${JSON.stringify(host)}, httpPort: ${port}, httpSecure: ${isSecure},
    grpcHost: ${JSON.stringify(host)}, grpcPort: ${grpcPort}, grpcSecure: ${isSecure},${key}
});
await client.collections.createFromSchema(${json(definition)});
await client.close();
`;
}

/** The notations in the order of their tabs: name, and text of a definition. */
export const notations = [
    { name: "JSON", text: (definition) => `${json(definition)}\n` },
    { name: "curl", text: curl },
    { name: "Python", text: inPython },
    { name: "TypeScript", text: inTypeScript },
];

/** Where this server is, as far as the page knows; the port of gRPC is the usual one. */
export function serverPlace(needsKey) {
    const isSecure = location.protocol === "https:";
    return {
        origin: location.origin,
        host: location.hostname,
        port: Number(location.port) || (isSecure ? 443 : 80),
        isSecure,
        grpcPort: 50051,
        needsKey,
    };
}
