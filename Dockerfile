# Serves a published file: docker run -p 8001:8001 -v "$PWD/published:/data:ro" litkb --name localhost
FROM python:3.13-slim
COPY . /src
RUN pip install --no-cache-dir --constraint /src/constraints.txt /src && rm -rf /src && useradd --system litkb
USER litkb
EXPOSE 8001
ENTRYPOINT ["litkb", "serve", "/data/kb.db", "--host", "0.0.0.0", "--public"]
