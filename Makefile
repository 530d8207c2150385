# SPDX-License-Identifier: Apache-2.0
# The commands of this project. Each is a script that can be run by itself.

.PHONY: help serve build weights test lint generate bench install clean

help: ## Show this
	@grep -hE '^[a-z]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 12

serve: ## Set up what is missing, build, and start the server on port 8080
	@Scripts/serve.sh

build: ## The same without starting it
	@Scripts/setup.sh

weights: ## Fetch the weights of ResNet50 again, after a failed download
	@Scripts/weights.sh "$${NEEDLETAIL_MODELS_PATH:-$${PERSISTENCE_DATA_PATH:-data}/models}" --again

test: ## Everything that must pass; STEPS="swift conformance" for some of it, FILTER=HNSWTests for single Swift suites
	@TEST_FILTER="$(FILTER)" Scripts/test.sh $(STEPS)

lint: ## Format and scripts only
	@Scripts/lint.sh

generate: ## Write again what scripts make: messages of gRPC (Schemas/**/*.proto), the list of the console's files
	@Scripts/generate.sh

bench: ## Measure index and server beside the yardsticks; PARTS=index,clustered,server,pictures,store,rpc FLAGS="--smoke"
	@Scripts/bench.sh $(if $(PARTS),--parts $(PARTS)) $(FLAGS)

install: build ## Copy program, libraries and weights to PREFIX (/opt/needletail)
	@Scripts/install.sh $(or $(PREFIX),/opt/needletail)

clean: ## Remove what building made; data folders stay
	@rm -rf .build .venv .venv-generate .venv-grpc
