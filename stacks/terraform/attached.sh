#!/bin/sh
# Terraform with the AWS provider started once for a command: `attached.sh COMMAND…` in a stack's folder, in place of
# `terraform`. By itself Terraform starts the provider anew for each step of a command (validate, plan, apply), and each start
# builds its schema again; and each command hashes the provider's 700 MB when it compares them with the lock file.
#
# TERRAFORM_AWS_PROVIDER is the provider's program. It is started as its own `-debug` does it, in the folder that the command
# is run in, for this command alone: nothing is shared by stacks, and a provider block that has changed is read anew.
# `terraform init` then installs no provider, and writes no lock file for it.
#
# The provider ends with this program, however that ends: it lives as long as somebody may write to the pipe `life`.
set -eu

# Nobody listens there, and nothing asks: what these commands need to know is that no provider is to be installed.
nobody='{"registry.terraform.io/hashicorp/aws":{"Protocol":"grpc","ProtocolVersion":5,"Pid":1,"Test":true,"Addr":{"Network":"unix","String":"/nowhere"}}}'
case ${1:-} in
  apply | destroy | plan | refresh | validate) ;;
  *) TF_REATTACH_PROVIDERS=$nobody exec terraform "$@" ;;
esac

dir=$(mktemp -d "${TMPDIR:-/tmp}/cutover-provider-XXXXXX")
mkfifo "$dir/life" "$dir/said"

# Keeps the provider, and takes its folder away. A signal to all of the group is told to each: this waits for the end of life.
keep() {
  trap : HUP INT TERM
  # Configured again by the next step, the provider takes no bundle a second time. The emulator needs none.
  unset AWS_CA_BUNDLE
  PLUGIN_UNIX_SOCKET_DIR=$dir TF_LOG_SDK=OFF TF_LOG_PROVIDER=OFF \
    "$TERRAFORM_AWS_PROVIDER" -debug </dev/null >"$dir/said" 2>"$dir/log" 8<&- &
  provider=$!
  while read -r _ <&8; do :; done
  kill -KILL "$provider" 2>/dev/null || true
  wait "$provider" 2>/dev/null || true
  rm -rf "$dir"
}
keep 8<"$dir/life" >/dev/null 2>&1 &
keeper=$!
exec 9>"$dir/life" 7<"$dir/said"

attached=
while [ -z "$attached" ] && read -r line <&7; do
  case $line in TF_REATTACH_PROVIDERS=*) attached=${line#*=} ;; esac
done
if [ -z "$attached" ]; then
  echo "attached.sh: the provider $TERRAFORM_AWS_PROVIDER did not start:" >&2
  tail -n 5 "$dir/log" >&2 || true
  exec 9>&-
  wait "$keeper" || true
  exit 1
fi
# As the provider quotes it, for a shell.
attached=${attached#\'}
export TF_REATTACH_PROVIDERS="${attached%\'}"

# In the background it would have no input, and a shell that waits in the foreground would hold back signals.
exec 3<&0
terraform "$@" <&3 3<&- 7<&- 9>&- &
terraform=$!
trap 'kill -INT "$terraform" 2>/dev/null || true' INT
trap 'kill -TERM "$terraform" 2>/dev/null || true' HUP TERM
code=0
wait "$terraform" || code=$?
# A signal ends the wait, not Terraform.
while kill -0 "$terraform" 2>/dev/null; do
  code=0
  wait "$terraform" || code=$?
done
exec 9>&-
wait "$keeper" || true
exit "$code"
