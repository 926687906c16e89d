using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>
/// Elementary functions in plain arithmetic. The C library's versions differ in the last bit between processors and
/// releases, and a scene must be the same bits on every machine of one architecture.
/// </summary>
internal static class PortableMath
{
    private const double HalfPi = Math.PI / 2;

    /// <summary>Sine and cosine of an angle in radians; absolute error below 1e-12 for angles of a few turns.</summary>
    public static (double Sin, double Cos) SinCos(double angle)
    {
        double quadrant = Math.Round(angle / HalfPi);
        double x = angle - quadrant * HalfPi;
        double x2 = x * x;
        double s = x * (1 + x2 * (-1.0 / 6 + x2 * (1.0 / 120 + x2 * (-1.0 / 5040 + x2 * (1.0 / 362880 + x2 * (-1.0 / 39916800 + x2 / 6227020800))))));
        double c = 1 + x2 * (-0.5 + x2 * (1.0 / 24 + x2 * (-1.0 / 720 + x2 * (1.0 / 40320 + x2 * (-1.0 / 3628800 + x2 / 479001600)))));
        return ((long)quadrant & 3) switch
        {
            0 => (s, c),
            1 => (c, -s),
            2 => (-s, -c),
            _ => (-c, s),
        };
    }

    /// <summary>Cross product; the runtime's may fuse multiplications where the processor can.</summary>
    public static Vector3 Cross(Vector3 a, Vector3 b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);

    /// <summary>Linear blend; see <see cref="Cross"/>.</summary>
    public static Vector3 Lerp(Vector3 a, Vector3 b, float t) => a + (b - a) * t;

    /// <summary>Linear blend; see <see cref="Cross"/>.</summary>
    public static Vector2 Lerp(Vector2 a, Vector2 b, float t) => a + (b - a) * t;

    /// <summary>Sine of an angle in radians.</summary>
    public static float Sin(double angle) => (float)SinCos(angle).Sin;

    /// <summary>Cosine of an angle in radians.</summary>
    public static float Cos(double angle) => (float)SinCos(angle).Cos;

    /// <summary>Angle of (y, x) in radians, -pi to pi; error below 1e-7.</summary>
    public static double Atan2(double y, double x)
    {
        double ax = Math.Abs(x), ay = Math.Abs(y);
        if (ax == 0 && ay == 0)
        {
            return 0;
        }
        bool steep = ay > ax;
        double q = steep ? ax / ay : ay / ax;
        // One halving brings the argument below tan(pi/8), where the series converges quickly.
        double h = q / (1 + Math.Sqrt(1 + q * q));
        double h2 = h * h;
        double a = 2 * h * (1 - h2 * (1.0 / 3 - h2 * (1.0 / 5 - h2 * (1.0 / 7 - h2 * (1.0 / 9 - h2 * (1.0 / 11 - h2 * (1.0 / 13 - h2 / 15)))))));
        a = steep ? HalfPi - a : a;
        a = x < 0 ? Math.PI - a : a;
        return y < 0 ? -a : a;
    }

    /// <summary>Natural exponential.</summary>
    public static double Exp(double x)
    {
        double k = Math.Round(x * 1.4426950408889634);
        double r = x - k * 0.6931471805599453;
        double term = 1, sum = 1;
        for (int i = 1; i < 14; i++)
        {
            term *= r / i;
            sum += term;
        }
        return Math.ScaleB(sum, (int)k);
    }

    /// <summary>Natural logarithm of a positive number.</summary>
    public static double Log(double x)
    {
        int exponent = Math.ILogB(x);
        double m = Math.ScaleB(x, -exponent);
        double z = (m - 1.4142135623730951) / (m + 1.4142135623730951);
        double z2 = z * z;
        double sum = 0;
        for (int i = 21; i >= 1; i -= 2)
        {
            sum = sum * z2 + 1.0 / i;
        }
        return (exponent + 0.5) * 0.6931471805599453 + 2 * z * sum;
    }

    /// <summary>x to the power y, for x >= 0.</summary>
    public static double Pow(double x, double y) => x <= 0 ? 0 : Exp(y * Log(x));
}
