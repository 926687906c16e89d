namespace RoboPerception.Scenes;

/// <summary>
/// The loss of baseline JPEG without its bytes: colour conversion, 4:2:0, 8x8 DCT, quantisation with the example tables of
/// ITU-T T.81 annex K scaled as by the IJG, and back.
/// </summary>
internal sealed class JpegModel
{
    private static readonly byte[] LumaTable =
    [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ];

    private static readonly byte[] ChromaTable =
    [
        17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    ];

    private readonly int width, height;
    private readonly float[] luma, chroma;
    private readonly float[] basis = new float[64];
    private readonly Action<int, int> rowOfBlocks;
    private byte[] image = [];

    public JpegModel(int width, int height, int quality)
    {
        (this.width, this.height) = (width, height);
        luma = Scaled(LumaTable, quality);
        chroma = Scaled(ChromaTable, quality);
        for (int k = 0; k < 8; k++)
        {
            for (int n = 0; n < 8; n++)
            {
                basis[k * 8 + n] = PortableMath.Cos((2 * n + 1) * k * Math.PI / 16) * (k == 0 ? 0.35355339f : 0.5f);
            }
        }
        rowOfBlocks = (_, row) => RowOfBlocks(row);
    }

    /// <summary>Compresses and restores a BGR image in place.</summary>
    public void Apply(byte[] bgr, WorkerTeam team)
    {
        image = bgr;
        team.Run((height + 15) / 16, rowOfBlocks);
    }

    private static float[] Scaled(byte[] table, int quality)
    {
        int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
        var scaled = new float[64];
        for (int i = 0; i < 64; i++)
        {
            scaled[i] = Math.Clamp((table[i] * scale + 50) / 100, 1, 255);
        }
        return scaled;
    }

    private void RowOfBlocks(int row)
    {
        Span<float> y = stackalloc float[256];
        Span<float> cb = stackalloc float[64];
        Span<float> cr = stackalloc float[64];
        for (int x0 = 0; x0 < width; x0 += 16)
        {
            cb.Clear();
            cr.Clear();
            for (int j = 0; j < 16; j++)
            {
                for (int i = 0; i < 16; i++)
                {
                    int at = 3 * (Math.Min(row * 16 + j, height - 1) * width + Math.Min(x0 + i, width - 1));
                    float b = image[at], g = image[at + 1], r = image[at + 2];
                    // Luma is kept as four 8x8 blocks one after another.
                    y[((j >> 3) * 2 + (i >> 3)) * 64 + (j & 7) * 8 + (i & 7)] = 0.299f * r + 0.587f * g + 0.114f * b - 128;
                    int c = (j >> 1) * 8 + (i >> 1);
                    cb[c] += 0.25f * (-0.168736f * r - 0.331264f * g + 0.5f * b);
                    cr[c] += 0.25f * (0.5f * r - 0.418688f * g - 0.081312f * b);
                }
            }
            for (int k = 0; k < 4; k++)
            {
                Quantise(y.Slice(k * 64, 64), luma);
            }
            Quantise(cb, chroma);
            Quantise(cr, chroma);
            int rows = Math.Min(16, height - row * 16), columns = Math.Min(16, width - x0);
            for (int j = 0; j < rows; j++)
            {
                for (int i = 0; i < columns; i++)
                {
                    int at = 3 * ((row * 16 + j) * width + x0 + i);
                    float l = y[((j >> 3) * 2 + (i >> 3)) * 64 + (j & 7) * 8 + (i & 7)] + 128;
                    int c = (j >> 1) * 8 + (i >> 1);
                    image[at] = Byte(l + 1.772f * cb[c]);
                    image[at + 1] = Byte(l - 0.344136f * cb[c] - 0.714136f * cr[c]);
                    image[at + 2] = Byte(l + 1.402f * cr[c]);
                }
            }
        }
    }

    private void Quantise(Span<float> block, float[] table)
    {
        Span<float> middle = stackalloc float[64];
        Transform(block, middle, forward: true);
        Transform(middle, block, forward: true);
        for (int i = 0; i < 64; i++)
        {
            block[i] = MathF.Round(block[i] / table[i]) * table[i];
        }
        Transform(block, middle, forward: false);
        Transform(middle, block, forward: false);
    }

    /// <summary>One-dimensional (inverse) DCT of every row, written transposed: twice gives two dimensions.</summary>
    private void Transform(ReadOnlySpan<float> source, Span<float> target, bool forward)
    {
        for (int row = 0; row < 8; row++)
        {
            ReadOnlySpan<float> s = source.Slice(row * 8, 8);
            for (int k = 0; k < 8; k++)
            {
                float sum = 0;
                for (int n = 0; n < 8; n++)
                {
                    sum += s[n] * (forward ? basis[k * 8 + n] : basis[n * 8 + k]);
                }
                target[k * 8 + row] = sum;
            }
        }
    }

    private static byte Byte(float value) => (byte)Math.Clamp((int)(value + 0.5f), 0, 255);
}
