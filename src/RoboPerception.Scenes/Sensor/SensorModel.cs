using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>Turns light into bytes: metering, white balance, vignetting, blur, noise, tone curve, compression.</summary>
internal sealed class SensorModel
{
    private const int CurveSize = 4096;
    private const float CurveTop = 1.6f;

    private static readonly byte[] Curve = ToneCurve();

    private readonly SensorParameters parameters;
    private readonly RenderPlanes planes;
    private readonly JpegModel? jpeg;
    private readonly float[] noiseScale;
    private Vector3 gain;
    private uint noiseSeed;

    public SensorModel(SensorParameters parameters, RenderPlanes planes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(parameters.JpegQuality, nameof(parameters));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parameters.JpegQuality, 100, nameof(parameters));
        this.parameters = parameters;
        this.planes = planes;
        jpeg = parameters.JpegQuality > 0 ? new JpegModel(planes.Width, planes.Height, parameters.JpegQuality) : null;
        noiseScale = new float[256];
        for (int i = 0; i < 256; i++)
        {
            noiseScale[i] = MathF.Sqrt(parameters.ReadNoise * parameters.ReadNoise + parameters.ShotNoise * parameters.ShotNoise * i / 255f * CurveTop);
        }
    }

    public SensorParameters Parameters => parameters;

    /// <summary>Sets exposure and white balance for the frame from the composed light (in the albedo planes).</summary>
    public void Meter(long frame)
    {
        double sum = 0;
        foreach (double row in planes.RowLuminance)
        {
            sum += row;
        }
        int columns = (planes.Width + 2) / 4;
        double mean = PortableMath.Exp(sum / ((double)columns * planes.Height));
        float exposure = (float)(0.17 / Math.Max(mean, 1e-4) * PortableMath.Exp(parameters.Exposure * 0.6931471805599453));
        Vector3 colour = Vector3.Zero;
        for (int y = 2; y < planes.Height; y += 8)
        {
            int row = y * planes.Stride + RenderPlanes.Margin;
            for (int x = 2; x < planes.Width; x += 8)
            {
                var c = new Vector3(planes.Albedo[0][row + x], planes.Albedo[1][row + x], planes.Albedo[2][row + x]) * exposure;
                colour += Vector3.Min(c, Vector3.One);
            }
        }
        colour += new Vector3(1e-3f);
        float grey = (colour.X + colour.Y + colour.Z) / 3;
        Vector3 neutral = Vector3.Clamp(new(grey / colour.X, grey / colour.Y, grey / colour.Z), new(0.6f), new(2.2f));
        gain = (Vector3.One + (neutral - Vector3.One) * parameters.WhiteBalance) * exposure;
        noiseSeed = (uint)SceneRandom.Mix(parameters.Seed + (ulong)frame * 0x9E3779B97F4A7C15UL);
    }

    /// <summary>Develops one row into BGR bytes.</summary>
    public void DevelopRow(int y, byte[] bgr)
    {
        int width = planes.Width, stride = planes.Stride;
        int row = y * stride + RenderPlanes.Margin;
        int up = y > 0 ? -stride : 0, down = y + 1 < planes.Height ? stride : 0;
        int[] solid = planes.Solid;
        float vy = (2f * y / planes.Height) - 1;
        for (int x = 0; x < width; x++)
        {
            int at = row + x;
            int left = x > 0 ? -1 : 0, right = x + 1 < width ? 1 : 0;
            // Where solids meet the pixel's area holds both: the neighbours stand for its corners.
            int self = solid[at];
            bool edge = solid[at + left] != self || solid[at + right] != self || solid[at + up] != self || solid[at + down] != self;
            Vector3 c = Read(at);
            if (edge)
            {
                Vector3 sides = Read(at + left) + Read(at + right) + Read(at + up) + Read(at + down);
                Vector3 corners = Read(at + up + left) + Read(at + up + right) + Read(at + down + left) + Read(at + down + right);
                c = c * 0.25f + sides * 0.125f + corners * 0.0625f;
            }
            else if (parameters.Blur > 0)
            {
                Vector3 sides = Read(at + left) + Read(at + right) + Read(at + up) + Read(at + down);
                c = c * (1 - parameters.Blur) + sides * (parameters.Blur * 0.25f);
            }
            float vx = (2f * x / width) - 1;
            float r2 = 0.5f * (vx * vx + vy * vy);
            c *= 1 - parameters.Vignetting * r2;
            int pixel = y * width + x;
            bgr[3 * pixel] = Develop(c.Z, pixel, 0);
            bgr[3 * pixel + 1] = Develop(c.Y, pixel, 1);
            bgr[3 * pixel + 2] = Develop(c.X, pixel, 2);
        }
    }

    /// <summary>JPEG compression and decompression, if the camera does that.</summary>
    public void Compress(byte[] bgr, WorkerTeam team) => jpeg?.Apply(bgr, team);

    private Vector3 Read(int at) =>
        Vector3.Min(new Vector3(planes.Albedo[0][at], planes.Albedo[1][at], planes.Albedo[2][at]) * gain, new Vector3(CurveTop));

    private byte Develop(float light, int pixel, int channel)
    {
        uint h = Noise.Hash(pixel, channel, noiseSeed);
        // The sum of four bytes is close to a normal distribution; its deviation is 147.8.
        int sum = (int)((h & 0xFF) + ((h >> 8) & 0xFF) + ((h >> 16) & 0xFF) + (h >> 24)) - 510;
        light += sum * (1 / 147.8f) * noiseScale[Math.Clamp((int)(light * (255 / CurveTop)), 0, 255)];
        return Curve[Math.Clamp((int)(light * (CurveSize / CurveTop)), 0, CurveSize - 1)];
    }

    /// <summary>sRGB with a shoulder, so that windows and lamps roll off instead of clipping at once.</summary>
    private static byte[] ToneCurve()
    {
        var curve = new byte[CurveSize];
        for (int i = 0; i < CurveSize; i++)
        {
            double x = (i + 0.5) * CurveTop / CurveSize;
            double shoulder = x < 0.6 ? x : 0.6 + 0.4 * (1 - PortableMath.Exp(-(x - 0.6) / 0.4));
            double srgb = shoulder <= 0.0031308 ? 12.92 * shoulder : 1.055 * PortableMath.Pow(shoulder, 1 / 2.4) - 0.055;
            curve[i] = (byte)Math.Clamp(srgb * 255 / 0.985 + 0.5, 0, 255);
        }
        return curve;
    }
}
