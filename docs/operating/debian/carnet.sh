#!/bin/sh
# `carnet`, with the settings of this machine, as the user of the site. Run it as root.
set -eu
set -a
. /etc/carnet/carnet.env
set +a
cd /opt/carnet
exec runuser -u carnet -- /opt/carnet/.venv/bin/carnet "$@"
