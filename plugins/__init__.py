"""The built-in plugins. Each is one file, made to be read as an example for your own.

A plugin says who it is (``plugin_info``), what an owner can set (``plugin_settings``), and then
implements the hooks it wants, with only the arguments it wants. It imports what anybody's plugin
may import: the public names of ``widget``. Begin with

* ``cookie_consent`` — hooks as plain functions of a module: a form field, a check, a record;
* ``email_privacy`` — changes a submission before it is judged, or holds it;
* ``rate_limit`` — keeps state in each process: a class, made by the module's ``plugin()``;
* ``akismet`` — asks an outside service under a deadline, and learns of decisions afterwards.

Every hook with its promises is in ``widget/hookspecs.py``; ``widget.testing`` is the test kit,
and ``tests/plugins`` shows it at work.
"""
