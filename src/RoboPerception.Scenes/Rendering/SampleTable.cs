using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>
/// Sampling points for a 64 x 64 tile of pixels. Every aligned 4 x 4 block holds a stratified set, so the filter that
/// averages neighbours sees each stratum about once and little noise is left.
/// </summary>
internal static class SampleTable
{
    public const int Side = 64;

    /// <summary>Planes: 0 choice of light, 1 and 2 point on the light, 3..5 unit vectors over the sphere, 6 free.</summary>
    public static float[][] Planes { get; } = Create();

    /// <summary>Unit vectors spread evenly over the sphere, in groups of 8.</summary>
    public static Vector3[] Directions { get; } = Spiral(24);

    /// <summary>A golden spiral.</summary>
    public static Vector3[] Spiral(int count)
    {
        var directions = new Vector3[count];
        for (int i = 0; i < count; i++)
        {
            double z = 1 - (2 * i + 1.0) / count;
            double r = Math.Sqrt(1 - z * z);
            var (s, c) = PortableMath.SinCos(i * 2.399963229728653);
            directions[i] = new((float)(r * c), (float)(r * s), (float)z);
        }
        return directions;
    }

    private static float[][] Create()
    {
        ReadOnlySpan<int> order = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];
        var planes = new float[7][];
        for (int i = 0; i < planes.Length; i++)
        {
            planes[i] = new float[Side * Side];
        }
        var random = new SceneRandom(0x5CE4E5);
        for (int by = 0; by < Side; by += 4)
        {
            for (int bx = 0; bx < Side; bx += 4)
            {
                double shift = random.Next() / 16, su = random.Next(), sv = random.Next(), sa = random.Next(), sz = random.Next();
                for (int k = 0; k < 16; k++)
                {
                    int at = (by + k / 4) * Side + bx + k % 4;
                    int n = order[k];
                    planes[0][at] = (float)(n / 16.0 + shift);
                    planes[1][at] = Fraction(n * 0.7548776662466927 + su);
                    planes[2][at] = Fraction(n * 0.5698402909980532 + sv);
                    double z = 1 - 2 * Fraction(n * 0.6180339887498949 + sz);
                    double r = Math.Sqrt(Math.Max(0, 1 - z * z));
                    var (s, c) = PortableMath.SinCos(Math.Tau * Fraction(n / 16.0 + sa));
                    planes[3][at] = (float)(r * c);
                    planes[4][at] = (float)(r * s);
                    planes[5][at] = (float)z;
                    planes[6][at] = Fraction(n * 0.8191725133961645 + su);
                }
            }
        }
        return planes;
    }

    private static float Fraction(double x) => (float)(x - Math.Floor(x));
}
