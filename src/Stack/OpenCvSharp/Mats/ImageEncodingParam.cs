namespace OpenCvSharp;

/// <summary>One parameter of an image encoder.</summary>
public record ImageEncodingParam
{
    public ImageEncodingParam(ImwriteFlags id, int value)
    {
        EncodingId = id;
        Value = value;
    }

    public ImwriteFlags EncodingId { get; }

    public int Value { get; }

    /// <summary>Pairs of id and value, as the native encoders take them.</summary>
    internal static int[] Flatten(ImageEncodingParam[]? prms)
    {
        if (prms is null || prms.Length == 0)
        {
            return [];
        }

        var flat = new int[prms.Length * 2];
        for (var i = 0; i < prms.Length; i++)
        {
            flat[2 * i] = (int)prms[i].EncodingId;
            flat[(2 * i) + 1] = prms[i].Value;
        }

        return flat;
    }
}
