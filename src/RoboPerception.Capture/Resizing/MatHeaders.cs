using OpenCvSharp;

namespace RoboPerception.Capture;

/// <summary>
/// Matrix headers over memory that others own, made once per place and shape. The memory comes from fixed pools, so
/// after warm-up every look-up hits and nothing is allocated.
/// </summary>
internal sealed class MatHeaders : IDisposable
{
    // More places than any pool has: beyond this the caller does not pool, and headers must not pile up.
    private const int Most = 64;

    private readonly Dictionary<Place, MatView> headers = [];

    /// <summary>An 8-bit BGR header, height x width, rows of <paramref name="stride"/> bytes.</summary>
    public MatView Over(nint data, int width, int height, int stride)
    {
        var place = new Place(data, width, height, stride);
        if (headers.TryGetValue(place, out MatView? header))
        {
            return header;
        }

        if (headers.Count == Most)
        {
            Dispose();
        }

        header = new MatView(Mat.FromPixelData(height, width, MatType.CV_8UC3, data, stride));
        headers.Add(place, header);
        return header;
    }

    public void Dispose()
    {
        foreach (MatView header in headers.Values)
        {
            header.Dispose();
        }

        headers.Clear();
    }

    private readonly record struct Place(nint Data, int Width, int Height, int Stride);
}
