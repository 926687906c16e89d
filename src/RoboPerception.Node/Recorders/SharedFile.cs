namespace RoboPerception.Node.Recorders;

/// <summary>The JPEG of one frame's image for several who want it: who comes first encodes it on his own thread, the others are given the same bytes.</summary>
internal sealed class SharedFile
{
    /// <summary>Of 100; that of recordings.</summary>
    public const int Quality = 95;

    private readonly Lock gate = new();
    private byte[]? file;

    /// <summary>The file.</summary>
    /// <param name="image">The frame's image, which any of them has a copy of.</param>
    public byte[] Of(SourceImage image)
    {
        lock (gate)
        {
            return file ??= image.EncodeJpeg(Quality);
        }
    }
}
