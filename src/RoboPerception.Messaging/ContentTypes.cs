using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>MQTT 5 Content Types of the binary topics.</summary>
public static class ContentTypes
{
    /// <summary>The text topics.</summary>
    public const string Json = "application/json";

    /// <summary>Overlay and image.</summary>
    public const string Jpeg = "image/jpeg";

    /// <summary>Several outputs of one frame.</summary>
    public const string Bundle = "application/x-roboperception-bundle";

    /// <summary>A ROS 2 message as its middleware carries it.</summary>
    public const string Cdr = "application/x-cdr";

    /// <summary>The type of a payload.</summary>
    public static string Of(PayloadEncoding encoding) => encoding switch
    {
        PayloadEncoding.Png => "image/png",
        PayloadEncoding.Fast => "application/x-roboperception-fast",
        PayloadEncoding.Rvl => "application/x-roboperception-rvl",
        PayloadEncoding.Raw => "application/x-roboperception-raw",
        PayloadEncoding.Jpeg => Jpeg,
        PayloadEncoding.Ros2 => Cdr,
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "This encoding is not published."),
    };
}
