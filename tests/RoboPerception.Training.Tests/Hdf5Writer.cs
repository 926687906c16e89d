using PureHDF;
using PureHDF.Filters;

namespace RoboPerception.Training.Tests;

/// <summary>Writes arrays as MATLAB 7.3 does: chunked and deflated HDF5.</summary>
internal sealed class Hdf5Writer(string path)
{
    private readonly H5File file = [];

    public void Add<T>(string name, int[] shape, T[] values)
        where T : unmanaged
    {
        ulong[] dimensions = [.. shape.Select(dimension => (ulong)dimension)];
        file[name] = new H5Dataset(values, chunks: [1, .. dimensions[1..].Select(dimension => (uint)dimension)], fileDims: dimensions, datasetCreation: new(Filters: [DeflateFilter.Id]));
    }

    public void Write() => file.Write(path);
}
