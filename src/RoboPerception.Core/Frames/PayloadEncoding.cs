namespace RoboPerception.Core;

/// <summary>How the pixels of a payload are written; the number is the <c>encoding</c> byte of the frame header (wire format, never renumbered).</summary>
public enum PayloadEncoding : byte
{
    /// <summary>A plain PNG file with the frame header in the ancillary chunk <c>rpFh</c>.</summary>
    Png = 1,

    /// <summary>Lossless row delta, byte planes and Brotli; normals as octahedral 8+8 bits.</summary>
    Fast = 2,

    /// <summary>Run-length and variable-length coding of 16-bit depth (Wilson 2017).</summary>
    Rvl = 3,

    /// <summary>The pixels as they are, little-endian.</summary>
    Raw = 4,

    /// <summary>A CDR sensor_msgs/Image.</summary>
    Ros2 = 5,

    /// <summary>A JPEG file, for <see cref="OutputKind.Image"/> only: nobody measures with it.</summary>
    Jpeg = 6,
}
