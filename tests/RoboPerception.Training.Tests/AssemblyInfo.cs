// libtorch has one pool of threads for the process, and its random numbers are global: tests that use it run one after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
