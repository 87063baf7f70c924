"""What setup.cfg cannot say: the part in C, which an installation can do without."""

import sys

from setuptools import Extension, setup

MMSG = Extension("twisted_chat.net._mmsg", ["twisted_chat/net/_mmsg.c"], optional=True)

setup(ext_modules=[MMSG] if sys.platform == "linux" else [])
