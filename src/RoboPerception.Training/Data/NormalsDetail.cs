using System.Globalization;
using System.Numerics;

namespace RoboPerception.Training.Data;

/// <summary>
/// How much of a ground truth's normals is detail: the mean angle between normals and the mean direction of their square of pixels. A prediction that is
/// perfect but for its resolution is off by about that much, and where the ground truth is noise, nothing else can be learnt.
/// </summary>
internal sealed class NormalsDetail
{
    /// <summary>Sides of the squares in pixels.</summary>
    public static IReadOnlyList<int> Sides { get; } = [4, 8, 16, 32];

    private readonly double[] angles = new double[Sides.Count];
    private readonly long[] counts = new long[Sides.Count];

    /// <summary>Counts the normals (H,W,3) of an image; (0,0,0) = none. Squares that the border cuts are left out.</summary>
    public void Add(LabeledImage image)
    {
        for (var k = 0; k < Sides.Count; k++)
        {
            var side = Sides[k];
            for (var y = 0; y + side <= image.Height; y += side)
            {
                for (var x = 0; x + side <= image.Width; x += side)
                {
                    AddSquare(image, y, x, k);
                }
            }
        }
    }

    /// <summary>Mean angle in degrees for the k-th side; NaN without normals.</summary>
    public double MeanAngle(int k) => counts[k] == 0 ? double.NaN : angles[k] / counts[k];

    /// <summary>Side and mean angle of the squares that fit into the images.</summary>
    public override string ToString() =>
        string.Join(", ", Sides.Index().Where(entry => counts[entry.Index] > 0).Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Item}x{entry.Item} {MeanAngle(entry.Index):F1} deg")));

    private void AddSquare(LabeledImage image, int top, int left, int k)
    {
        var side = Sides[k];
        var (sum, seen) = (Vector3.Zero, 0);
        for (var i = 0; i < side * side; i++)
        {
            var normal = At(image, top + (i / side), left + (i % side));
            sum += normal;
            seen += normal == Vector3.Zero ? 0 : 1;
        }

        // Opposite normals have no mean direction: then a quarter turn, what any choice would be off on average.
        var mean = sum == Vector3.Zero ? sum : Vector3.Normalize(sum);
        for (var i = 0; i < side * side; i++)
        {
            var normal = At(image, top + (i / side), left + (i % side));
            angles[k] += normal == Vector3.Zero ? 0 : double.RadiansToDegrees(Math.Acos(Math.Clamp(Vector3.Dot(normal, mean), -1, 1)));
        }

        counts[k] += seen;
    }

    private static Vector3 At(LabeledImage image, int y, int x)
    {
        var i = 3 * ((y * image.Width) + x);
        var normal = new Vector3(image.Normals[i], image.Normals[i + 1], image.Normals[i + 2]);
        return normal == Vector3.Zero ? normal : Vector3.Normalize(normal);
    }
}
