"""The caller's own account as a test backend: reads it, rebuilds it, and tells how the two have drifted apart.

Nothing is changed there: List and Describe are all that is asked. What is read is made anew through the operations of
the emulated service, on sample rows, and then gets the ARNs, times and configurations that it has in reality.
"""
