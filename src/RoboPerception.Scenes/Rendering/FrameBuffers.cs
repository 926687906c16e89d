namespace RoboPerception.Scenes;

/// <summary>Where a rendered frame goes: image and exact labels. Allocated once, overwritten by every frame.</summary>
internal sealed class FrameBuffers
{
    /// <summary>Allocates for one image size.</summary>
    public FrameBuffers(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        Width = width;
        Height = height;
        int n = checked(width * height);
        Bgr = new byte[3 * n];
        Segmentation = new byte[n];
        Depth = new float[n];
        Normals = new float[3 * n];
        Instances = new ushort[n];
    }

    /// <summary>Pixels per row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Image, (H,W,3), 8-bit sRGB in the order blue, green, red, rows without padding.</summary>
    public byte[] Bgr { get; }

    /// <summary>Class ids, (H,W): <see cref="SceneClass"/>, 255 where nothing was hit.</summary>
    public byte[] Segmentation { get; }

    /// <summary>Metres along the optical axis, (H,W); 0 where nothing was hit.</summary>
    public float[] Depth { get; }

    /// <summary>Unit normals in the camera frame towards the camera, (3,H,W); (0,0,0) where nothing was hit.</summary>
    public float[] Normals { get; }

    /// <summary>Place in <see cref="Scene.Instances"/> plus 1, (H,W); 0 where nothing was hit.</summary>
    public ushort[] Instances { get; }
}
