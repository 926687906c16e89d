using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Node.Images;

/// <summary>Turns dense outputs into images for people, BGR. Machines get the payloads instead.</summary>
internal static class Colouring
{
    /// <summary>The class colours; unlabelled is black.</summary>
    public static Mat Segmentation(ReadOnlySpan<byte> labels, int width, int height, ClassMap classes)
    {
        var image = new Mat(height, width, MatType.CV_8UC3);
        for (int y = 0; y < height; y++)
        {
            Span<Vec3b> row = image.RowSpan<Vec3b>(y);
            for (int x = 0; x < width; x++)
            {
                int id = labels[y * width + x];
                row[x] = id < classes.Count
                    ? new Vec3b(classes.Classes[id].Blue, classes.Classes[id].Green, classes.Classes[id].Red)
                    : new Vec3b(0, 0, 0);
            }
        }
        return image;
    }

    /// <summary>
    /// Near is bright, far is dark (inferno), between the 2nd and 98th percentile of this map's valid metres; invalid is
    /// black. The range found is returned, so that a caption can state it.
    /// </summary>
    public static Mat Depth(ReadOnlySpan<float> metres, int width, int height, out double nearest, out double farthest)
    {
        float[] valid = [.. metres.ToArray().Where(m => float.IsFinite(m) && m > 0).Order()];
        nearest = valid.Length > 0 ? valid[valid.Length / 50] : 0;
        farthest = valid.Length > 0 ? valid[valid.Length - 1 - valid.Length / 50] : 1;
        return Depth(metres, width, height, nearest, farthest);
    }

    /// <summary>Near is bright, far is dark (inferno), between two distances that are given; invalid is black.</summary>
    public static Mat Depth(ReadOnlySpan<float> metres, int width, int height, double nearest, double farthest)
    {
        double span = Math.Max(farthest - nearest, 1e-3);
        using var gray = new Mat(height, width, MatType.CV_8UC1);
        using var invalid = new Mat(height, width, MatType.CV_8UC1);
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = gray.RowSpan<byte>(y);
            Span<byte> gap = invalid.RowSpan<byte>(y);
            for (int x = 0; x < width; x++)
            {
                float m = metres[y * width + x];
                bool sound = float.IsFinite(m) && m > 0;
                gap[x] = sound ? (byte)0 : (byte)255;
                row[x] = sound ? (byte)Math.Clamp(255 - (m - nearest) / span * 255, 0, 255) : (byte)0;
            }
        }
        var image = new Mat();
        Cv2.ApplyColorMap(gray, image, ColormapTypes.Inferno);
        image.SetTo(Scalar.All(0), invalid);
        return image;
    }

    /// <summary>The usual image of normals, <c>(n * 0.5 + 0.5) * 255</c> as R, G, B (conventions section 1); invalid is black.</summary>
    /// <param name="normals">x plane, y plane, z plane.</param>
    /// <param name="width">Pixels per row.</param>
    /// <param name="height">Rows.</param>
    public static Mat Normals(ReadOnlySpan<float> normals, int width, int height)
    {
        var image = new Mat(height, width, MatType.CV_8UC3);
        int plane = width * height;
        for (int y = 0; y < height; y++)
        {
            Span<Vec3b> row = image.RowSpan<Vec3b>(y);
            for (int x = 0; x < width; x++)
            {
                int i = y * width + x;
                float nx = normals[i], ny = normals[plane + i], nz = normals[2 * plane + i];
                row[x] = nx == 0 && ny == 0 && nz == 0 ? new Vec3b(0, 0, 0) : new Vec3b(Level(nz), Level(ny), Level(nx));
            }
        }
        return image;
    }

    private static byte Level(float component) => (byte)Math.Clamp((component * 0.5f + 0.5f) * 255f + 0.5f, 0, 255);
}
