# Compiles the libzmq that a pyzmq's source archive brings along, and this adapter with it. What
# pyzmq itself is made of is not used, and its setup.py is not run.
#
#     sh bundled.sh DIRECTORY PYTHON
#
# DIRECTORY holds the archive and adapter.c; the program is left there as `adapter`. CURVE is left
# out: a libsodium of today refuses keys that the one of libzmq 4.0's days took, and libzmq aborts.
set -eu
cd "$1"
"$2" -c 'import glob, shutil; shutil.unpack_archive(glob.glob("pyzmq-*.*")[0], "source")'
sources=$(cd source/pyzmq-*/ && pwd)
case $(uname -s) in
Darwin) system=darwin ;;
FreeBSD) system=freebsd ;;
*) system=linux ;;
esac
cp "$sources/buildutils/include_$system/platform.hpp" "$sources/bundled/zeromq/src/"
mkdir objects
cd objects
printf '%s\0' "$sources"/bundled/zeromq/src/*.cpp |
    xargs -0 -n 8 -P 2 c++ -c -O2 -w -pthread
cd ..
cc -c -O2 -I"$sources/bundled/zeromq/include" -o objects/adapter.o adapter.c
c++ -pthread -o adapter objects/*.o
rm -r objects source pyzmq-*.*
