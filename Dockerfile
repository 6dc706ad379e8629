# The wheel holds the pages: its build fetches Node as a Python package, so no Node image is needed.
FROM python:3.12-slim AS build
WORKDIR /src
COPY . .
RUN pip wheel --no-cache-dir --wheel-dir /wheels .

FROM python:3.12-slim
RUN useradd --create-home --uid 1000 jemput && mkdir /data && chown jemput /data
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-index --find-links /wheels jemput && rm -r /wheels
USER jemput
ENV JEMPUT_HOST=0.0.0.0 JEMPUT_PORT=8000 JEMPUT_DATA_DIR=/data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"
CMD ["jemput", "serve"]
