namespace RoboPerception.Scenes;

/// <summary>Working planes of one frame size. Rows carry zero margins, so that filters read past the border without a test.</summary>
internal sealed class RenderPlanes
{
    /// <summary>Zero columns on either side; at least the widest filter step.</summary>
    public const int Margin = 16;

    public RenderPlanes(int width, int height)
    {
        Width = width;
        Height = height;
        Stride = ((width + 7) & ~7) + 2 * Margin;
        // One row more: packets are two rows high.
        int n = Stride * (height + 1);
        Depth = new float[n];
        Normal = Three(n);
        Albedo = Three(n);
        Light = Three(n);
        Filtered = Three(n);
        Extra = Three(n);
        Solid = new int[n];
        RayX = new float[n];
        RayY = new float[n];
        RowLuminance = new double[height];
    }

    public int Width { get; }

    public int Height { get; }

    public int Stride { get; }

    /// <summary>Metres along the optical axis, 0 = nothing.</summary>
    public float[] Depth { get; }

    /// <summary>Camera-frame normal, 0 = nothing.</summary>
    public float[][] Normal { get; }

    /// <summary>Reflectance; after composing, the light that reaches the sensor.</summary>
    public float[][] Albedo { get; private set; }

    /// <summary>Irradiance over pi.</summary>
    public float[][] Light { get; private set; }

    /// <summary>The other half of the filter's ping-pong.</summary>
    public float[][] Filtered { get; }

    /// <summary>Emitted and mirrored light.</summary>
    public float[][] Extra { get; }

    /// <summary>Place of the solid in the hierarchy, -1 = nothing.</summary>
    public int[] Solid { get; }

    /// <summary>x / z of the ray through the pixel's centre.</summary>
    public float[] RayX { get; }

    /// <summary>y / z of the ray through the pixel's centre.</summary>
    public float[] RayY { get; }

    /// <summary>Sum of the logarithms of luminance, per row: the exposure meter.</summary>
    public double[] RowLuminance { get; }

    /// <summary>Makes what a pass wrote to the light planes the light that reaches the sensor.</summary>
    public void SwapAlbedoAndLight() => (Albedo, Light) = (Light, Albedo);

    private static float[][] Three(int n) => [new float[n], new float[n], new float[n]];
}
