# Órdenes del proyecto. `just verificar` es lo que corre la integración continua.
py := ".venv/bin/python"

# Todo lo que se revisa antes de entregar un cambio
verificar: estilo tipos paredes dependencias documentos pruebas

# Estilo del código
estilo:
    {{py}} -m ruff check .

# Tipos, en modo estricto
tipos:
    {{py}} -m mypy

# Quién puede importar a quién
paredes:
    .venv/bin/lint-imports

# Dependencias declaradas y usadas
dependencias:
    .venv/bin/deptry .

# Las tablas del README y de docs salen del código
documentos:
    {{py}} -m cogapp --check README.md docs/tablas.md

# Escribe de nuevo las tablas de los documentos
documentar:
    {{py}} -m cogapp -r README.md docs/tablas.md

# Todas las pruebas
pruebas *args:
    {{py}} -m pytest {{args}}

# Un día de operación en tiempo rápido; si todo sale bien, escribe docs/un-dia.md
un-dia:
    {{py}} -m tests.integracion.un_dia

# Solo las rápidas
rapidas:
    {{py}} -m pytest tests/unidad

# Los programas de seguridad van aparte: con ellos, importar lo demás sería más lento
[private]
ambiente-de-seguridad:
    [ -d .venv-seguridad ] || python3 -m venv .venv-seguridad
    .venv-seguridad/bin/python -m pip install -q --no-deps -r requirements-seguridad.lock

# Vulnerabilidades conocidas; si el servicio no responde, no aprueba
auditar: ambiente-de-seguridad
    .venv-seguridad/bin/python .ci/auditar.py

# Lista de componentes (CycloneDX)
sbom destino="sbom.cdx.json": ambiente-de-seguridad
    .venv-seguridad/bin/python -m cyclonedx_py requirements requirements.lock --output-reproducible --of JSON -o {{destino}}

# Vuelve a fijar las versiones, sin direcciones de ningún índice
fijar:
    uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements.lock
    uv pip compile pyproject.toml --extra pruebas --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements-pruebas.lock
    uv pip compile --group seguridad --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements-seguridad.lock
