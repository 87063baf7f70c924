"""What setup.cfg cannot say: the part in C, which an installation can do without.

It keeps to what CPython promises not to change (PEP 384, as of 3.11, the first that has buffers in
it), so that one wheel is for that version and all later ones. An interpreter without a global lock
has no such promise yet: there it is built for that one alone.
"""

import sys
import sysconfig

from setuptools import Extension, setup

STABLE = not sysconfig.get_config_var("Py_GIL_DISABLED")
MMSG = Extension(
    "twisted_chat.net._mmsg",
    ["twisted_chat/net/_mmsg.c"],
    define_macros=[("Py_LIMITED_API", "0x030b0000")] if STABLE else [],
    # A function that is not in it is to be found out here, and not when the module is loaded.
    extra_compile_args=["-Werror=implicit-function-declaration"],
    optional=True,
    py_limited_api=STABLE,
)

setup(
    ext_modules=[MMSG] if sys.platform == "linux" else [],
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if STABLE else {},
)
