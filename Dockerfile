# SPDX-License-Identifier: Apache-2.0
# needletail in one image. Its steps are scripts that `make` uses too: Scripts/image-steps.sh.
#   docker build -t needletail . && docker run -p 8080:8080 -p 50051:50051 -v needletail:/var/lib/needletail needletail

FROM swift:6.3.1-bookworm AS build
WORKDIR /src
# Packages first: they change least, and stay in the cache.
COPY Scripts/ Scripts/
RUN Scripts/setup-debian.sh build
COPY . .
RUN Scripts/image-steps.sh build /opt/needletail

FROM debian:12-slim
COPY --from=build /src/Scripts/ /tmp/Scripts/
RUN /tmp/Scripts/image-steps.sh run && rm -rf /tmp/Scripts
COPY --from=build /opt/needletail /opt/needletail
ENV PERSISTENCE_DATA_PATH=/var/lib/needletail
WORKDIR /var/lib/needletail
VOLUME /var/lib/needletail
EXPOSE 8080 50051
USER needletail
HEALTHCHECK --interval=10s --timeout=3s --start-period=120s \
    CMD ["curl", "-fsS", "http://127.0.0.1:8080/v1/.well-known/ready"]
ENTRYPOINT ["/opt/needletail/scripts/start.sh"]
CMD ["--host", "0.0.0.0", "--port", "8080", "--scheme", "http"]
