"""The parity suite: what Amazon Personalize answers, as cases that any endpoint can be held against.

A case is a row of data, or a short function where one call does not show it; ``cases`` has a module for each area.
``run`` makes what the cases need and puts them to a lane: the emulator in this process, an endpoint, or an account.
"""
