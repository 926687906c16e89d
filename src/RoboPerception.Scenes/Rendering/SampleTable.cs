using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>
/// Sampling points for a 64 x 64 tile of pixels. The 4 x 2 pixels of a packet share the choice of light and, nearly, the direction
/// over the hemisphere: rays that stay together cost a fraction. Packets above and beside each other hold stratified sets, so the
/// filter that averages neighbours sees each stratum about once.
/// </summary>
internal static class SampleTable
{
    public const int Side = 64;

    /// <summary>How far the directions of one packet lie apart; about the size of a stratum.</summary>
    private const float Spread = 1.1f;

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
        // A block of 16 x 16 pixels: 8 packets high, 4 wide.
        const int Rows = 8, Runs = 4, Strata = Rows * Runs, Block = 16;
        ReadOnlySpan<int> order = [0, 4, 2, 6, 1, 5, 3, 7];
        ReadOnlySpan<int> across = [0, 2, 1, 3];
        Vector3[] spiral = Spiral(Strata);
        var planes = new float[7][];
        for (int i = 0; i < planes.Length; i++)
        {
            planes[i] = new float[Side * Side];
        }
        var random = new SceneRandom(0x5CE4E5);
        for (int by = 0; by < Side; by += Block)
        {
            for (int bx = 0; bx < Side; bx += Block)
            {
                float shift = random.Next() / Strata;
                var turn = Rotation.AboutZ(random.Next(0, 6.2831853f)).Then(Rotation.AboutX(random.Next(0, 6.2831853f)));
                for (int k = 0; k < Strata; k++)
                {
                    int y = by + k / Runs * 2, x = bx + k % Runs * 4;
                    int stratum = order[k / Runs] * Runs + across[k % Runs];
                    // Neighbouring packets look to far-apart places of the sphere: 11 has no divisor in common with 32.
                    Vector3 towards = turn.ToOuter(spiral[stratum * 11 % Strata]);
                    double su = random.Next(), sv = random.Next();
                    for (int lane = 0; lane < 8; lane++)
                    {
                        int at = (y + (lane >> 2)) * Side + x + (lane & 3);
                        planes[0][at] = stratum / (float)Strata + shift;
                        planes[1][at] = Fraction(lane * 0.7548776662466927 + su);
                        planes[2][at] = Fraction(lane * 0.5698402909980532 + sv);
                        Vector3 d = Vector3.Normalize(towards + (new Vector3(random.Next(), random.Next(), random.Next()) - new Vector3(0.5f)) * Spread);
                        (planes[3][at], planes[4][at], planes[5][at]) = (d.X, d.Y, d.Z);
                        planes[6][at] = random.Next();
                    }
                }
            }
        }
        return planes;
    }

    private static float Fraction(double x) => (float)(x - Math.Floor(x));
}
