# Wrote names-old.h5 and names-new.h5 beside it, with h5py 3.7 on HDF5 1.10.8 (Debian 12: /usr/bin/python3 names.py): groups of 3, 4, 5, 8 and 9
# names in both forms of the format, and names and values that look like parts of it.
import h5py
import numpy as np

for name, version in ("old", "earliest"), ("new", "latest"):
    with h5py.File(f"names-{name}.h5", "w", libver=version, track_order=version == "latest") as file:
        nine = file.create_group("g9")
        nine.create_dataset("a0", shape=(2,), dtype="f4", fillvalue=7)
        for i in range(1, 9):
            nine[f"a{i}"] = np.uint16(100 + i)
        nine["a1"].attrs["unit"], nine["a1"].attrs["flag"] = "m", True
        for n in 3, 4, 5, 8:
            for i in range(n):
                file[f"g{n}/a{i}"] = nine[f"a{i}"]
        for i, word in enumerate(["HEAP", "TREE", "OHDR", "OCHK"]):
            file[word] = np.frombuffer(word.encode(), "u1" if i % 2 else "u4")
