using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>MQTT 5 Content Types of the binary topics.</summary>
public static class ContentTypes
{
    /// <summary>The text topics.</summary>
    public const string Json = "application/json";

    /// <summary>Overlay and image.</summary>
    public const string Jpeg = "image/jpeg";

    /// <summary>The type of a payload.</summary>
    public static string Of(PayloadEncoding encoding) => encoding switch
    {
        PayloadEncoding.Png => "image/png",
        PayloadEncoding.Fast => "application/x-roboperception-fast",
        PayloadEncoding.Rvl => "application/x-roboperception-rvl",
        PayloadEncoding.Raw => "application/x-roboperception-raw",
        PayloadEncoding.Jpeg => Jpeg,
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "This encoding is not published."),
    };
}
