"""THE BENCH: strangers' documents are judged where they can harm nobody, in processes that can be killed.

`child` is such a process and knows only the workshop; `children` starts, asks and kills it; `desk` is what doors use.
"""
