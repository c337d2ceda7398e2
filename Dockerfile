# Loads and transforms against the server that libpq's variables name:
#   docker build -t hq .
#   docker run --rm -e PGHOST -e PGDATABASE -e PGUSER -e PGPASSWORD hq init
#   docker run --rm -e PGHOST ... -v ./drop:/drop hq drop /drop     # user 10001 moves files there
#   docker run --rm -e PGHOST ... hq dbt build
#   docker run --rm -e PGHOST ... -p 127.0.0.1:8080:8080 hq api serve --host 0.0.0.0
FROM python:3.13-slim

RUN useradd --create-home --uid 10001 hq
WORKDIR /srv/hq

# the longest step: repeated when the versions or the CLI change, not when a model does
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY ingest ingest
COPY hq_api hq_api
RUN pip install --no-cache-dir --disable-pip-version-check -c constraints.txt ".[api,send]"

COPY dbt_project.yml profiles.yml selectors.yml ./
COPY functions functions
COPY macros macros
COPY models models
COPY seeds seeds
COPY tests/dbt tests/dbt

# all that dbt writes; a volume at target keeps the parsed project between containers
RUN install -d -o hq target logs

ENV HQ_PROJECT_DIR=/srv/hq
USER hq
ENTRYPOINT ["ingest"]
CMD ["--help"]
