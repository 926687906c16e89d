using RoboPerception.Core;
using RoboPerception.Interop.Obstacles;

namespace RoboPerception.Interop.Ros2;

/// <summary>sensor_msgs/LaserScan, sensor_msgs/PointCloud2 and vision_msgs/LabelInfo, each written whole into a <see cref="CdrWriter"/>.</summary>
internal static class OtherMessages
{
    private const byte Float32 = 7; // sensor_msgs/PointField
    private const byte UInt8 = 2;

    /// <summary>sensor_msgs/LaserScan.</summary>
    public static void Scan(CdrWriter cdr, MessageHeader header, LaserScan scan)
    {
        cdr.Begin();
        header.Write(cdr);
        cdr.Float32(scan.AngleMin);
        cdr.Float32(scan.AngleMax);
        cdr.Float32(scan.AngleIncrement);
        cdr.Float32(0); // time_increment: all at once
        cdr.Float32(scan.ScanTime);
        cdr.Float32(scan.RangeMin);
        cdr.Float32(scan.RangeMax);
        cdr.Sequence(scan.Ranges);
        cdr.UInt32(0); // no intensities
    }

    /// <summary>sensor_msgs/PointCloud2: x, y, z, normal_x, normal_y, normal_z (float32) and label (uint8), unordered.</summary>
    public static void Points(CdrWriter cdr, MessageHeader header, PointCloud cloud)
    {
        cdr.Begin();
        header.Write(cdr);
        cdr.UInt32(1);
        cdr.UInt32((uint)cloud.Count);
        ReadOnlySpan<string> numbers = ["x", "y", "z", "normal_x", "normal_y", "normal_z"];
        cdr.UInt32((uint)numbers.Length + 1);
        for (int i = 0; i < numbers.Length; i++)
        {
            Field(cdr, numbers[i], (uint)(i * sizeof(float)), Float32);
        }
        Field(cdr, "label", (uint)(numbers.Length * sizeof(float)), UInt8);
        cdr.Bool(false);
        cdr.UInt32(PointCloud.PointBytes);
        cdr.UInt32((uint)(PointCloud.PointBytes * cloud.Count));
        cdr.Sequence(cloud.Data);
        cdr.Bool(true); // is_dense: no NaN among them
    }

    /// <summary>vision_msgs/LabelInfo.</summary>
    public static void Labels(CdrWriter cdr, MessageHeader header, ClassMap classes)
    {
        cdr.Begin();
        header.Write(cdr);
        cdr.UInt32((uint)classes.Count);
        foreach (ClassInfo info in classes.Classes)
        {
            cdr.UInt16((ushort)info.Id);
            cdr.String(info.Name);
        }
        cdr.Float32(0); // threshold: the likeliest class, however unsure
    }

    private static void Field(CdrWriter cdr, string name, uint offset, byte type)
    {
        cdr.String(name);
        cdr.UInt32(offset);
        cdr.UInt8(type);
        cdr.UInt32(1);
    }
}
