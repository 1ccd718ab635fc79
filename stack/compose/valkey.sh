#!/bin/sh
# Starts the server of the queues with a user for each service: stack/broker_rights.py says why these rights.
# The passwords are letters, digits, - and _ (`make env`).
set -eu
umask 077
cat >/tmp/valkey.conf <<USERS
requirepass $VALKEY_PASSWORD
appendonly yes
maxmemory-policy noeviction
user registration on >$REGISTRATION_BROKER_PASSWORD resetchannels ~registration.* ~LIMITS:LIMITER/hadir-limit-registration/* +@all -@admin -@dangerous +info (%W~certificates.acks* %W~certificates.messages* %W~checkin.acks* %W~checkin.messages* +lpush +llen)
user checkin on >$CHECKIN_BROKER_PASSWORD resetchannels ~checkin.* ~LIMITS:LIMITER/hadir-limit-checkin/* +@all -@admin -@dangerous +info (%W~certificates.messages* %W~registration.acks* %W~registration.messages* +lpush +llen)
user certificates on >$CERTIFICATES_BROKER_PASSWORD resetchannels ~certificates.* ~LIMITS:LIMITER/hadir-limit-certificates/* +@all -@admin -@dangerous +info (%W~checkin.acks* %W~registration.acks* %W~registration.messages* +lpush +llen)
user beat on >$BEAT_BROKER_PASSWORD resetchannels ~beat.* ~LIMITS:LIMITER/hadir-limit-beat/* +@all -@admin -@dangerous +info (%W~registration.messages* %W~checkin.messages* %W~certificates.messages* +lpush +llen)
USERS
exec valkey-server /tmp/valkey.conf "$@"
