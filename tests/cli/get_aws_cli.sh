#!/bin/sh
# Gets the newest AWS CLI that Debian has into a folder of its own; nothing else is changed.
# usage: get_aws_cli.sh DIR      -> DIR/aws
set -eu
mkdir -p "$1"
dest=$(cd "$1" && pwd)
apt=$dest/apt
mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep '/debian/$' | head -n 1)
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
touch "$apt/status"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] $mirror sid main" >"$apt/sources.list"
in_folder() {
    apt-get -qq -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State="$apt" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" \
        -o APT::Sandbox::User=root "$@"
}
in_folder update
(cd "$dest" && rm -f awscli_*.deb && in_folder download awscli)
dpkg -x "$dest"/awscli_*.deb "$dest/root"
python3 -m venv "$dest/venv"
"$dest/venv/bin/pip" install --quiet --disable-pip-version-check awscrt==0.36.0 \
    'python-dateutil<=2.9.0' 'jmespath<1.1' 'urllib3<2.6.4' 'prompt-toolkit<3.0.52' \
    'ruamel.yaml<=0.19.1' 'colorama<0.4.7' 'docutils<0.20' 'distro<1.9' 'wcwidth<0.3' \
    cryptography six zipp
cat >"$dest/aws" <<WRAPPER
#!/bin/sh
PYTHONPATH=$dest/root/usr/lib/python3/dist-packages exec $dest/venv/bin/python -m awscli "\$@"
WRAPPER
chmod +x "$dest/aws"
"$dest/aws" --version
