namespace RoboPerception.Training.Data;

/// <summary>How a sensor's depth files count.</summary>
internal enum DepthCode
{
    /// <summary>16 bit, millimetres.</summary>
    Millimetres,

    /// <summary>TUM RGB-D: 16 bit, 5000 = 1 m.</summary>
    Tum,

    /// <summary>SUN RGB-D: 16 bit, millimetres with the bits turned left by three.</summary>
    Sun,

    /// <summary>KITTI: 16 bit, 256 = 1 m.</summary>
    Kitti,

    /// <summary>NYU Depth v2 raw: the Kinect's 11-bit disparity, 2047 = none, its bytes swapped in a PGM.</summary>
    NyuRaw,
}
