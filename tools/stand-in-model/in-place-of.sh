#!/bin/sh
# Takes the place of the programs by which the inference images start their server (python3, accelerate, torchrun).
exec /nodejs/bin/node /app/main.mjs --in-place-of "$@"
