# syntax=docker/dockerfile:1
# A small image: the binary, the C library, and nothing to log in with. tests/it/operation/container.rs acts its last stage out.

FROM rust:1.95.0-bookworm AS build
WORKDIR /src
COPY . .
# The image has this toolchain; the file of the repository would have it fetch formatter and linter.
ENV RUSTUP_TOOLCHAIN=1.95.0
RUN cargo build --locked --profile dist --bin marketd
# The image has no shell to make the folder with, and it has to belong to who writes into it.
RUN install -D -m 0755 target/dist/marketd /image/usr/local/bin/marketd \
    && install -d -m 0750 -o 65532 -g 65532 /image/data

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /image /
# Whoever publishes the port wants to be reached; on this address credentials are needed (auth.disabled).
ENV MARKETD__HTTP__BIND=0.0.0.0:8080 \
    MARKETD__DATA_DIR=/data
USER 65532:65532
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["/usr/local/bin/marketd", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/marketd"]
