#!/bin/bash
cd /tmp/t17/dev; PYTHONPATH=/tmp/t17/dev exec /work/w/trace17/.venv/bin/python "$@"
