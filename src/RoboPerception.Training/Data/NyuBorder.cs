namespace RoboPerception.Training.Data;

/// <summary>The white border of NYU Depth v2 images. Its in-painted depth is invented; evaluation protocols since Eigen leave it out.</summary>
internal static class NyuBorder
{
    /// <summary>Size of the original images.</summary>
    public const int Height = 480, Width = 640;

    private const int Top = 45, Bottom = 470, Left = 41, Right = 600;

    /// <summary>Removes depth and normals of the border, whatever the image's size.</summary>
    public static void Forget(LabeledImage image)
    {
        Forget(image.Height, image.Width, i =>
        {
            image.DepthMillimetres[i] = 0;
            image.Normals.AsSpan(3 * i, 3).Clear();
        });
        if (image.OwnNormals is { } own)
        {
            Forget(own.Height, own.Width, i => own.Values.AsSpan(3 * i, 3).Clear());
        }
    }

    private static void Forget(int height, int width, Action<int> forget)
    {
        for (var i = 0; i < height * width; i++)
        {
            var row = ((i / width) + 0.5) * Height / height;
            var column = ((i % width) + 0.5) * Width / width;
            if (row is < Top or >= Bottom + 1 || column is < Left or >= Right + 1)
            {
                forget(i);
            }
        }
    }
}
