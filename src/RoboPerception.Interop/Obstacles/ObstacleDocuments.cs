using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace RoboPerception.Interop.Obstacles;

/// <summary>
/// Scan and nearest obstacles as JSON, with the names of sensor_msgs/LaserScan. Ranges have two decimals: a centimetre is finer than the
/// depth is right. What JSON has no number for is written as protobuf's JSON has it: "Infinity", "-Infinity", "NaN". Kept and begun anew.
/// </summary>
internal sealed class ObstacleDocuments : IDisposable
{
    private readonly ArrayBufferWriter<byte> buffer = new(2048);
    private readonly Utf8JsonWriter json;

    /// <summary>A writer with its buffer.</summary>
    public ObstacleDocuments() => json = new Utf8JsonWriter(buffer);

    /// <summary>The scan as JSON; good until the next call.</summary>
    public ReadOnlyMemory<byte> Scan(LaserScan scan, GroundPlane ground, long stamp, ulong sequence, string frameId)
    {
        Begin(stamp, sequence, frameId);
        Number("angle_min", scan.AngleMin, 4);
        Number("angle_max", scan.AngleMax, 4);
        Number("angle_increment", scan.AngleIncrement, 6);
        Number("scan_time", scan.ScanTime, 3);
        Number("range_min", scan.RangeMin, 2);
        Number("range_max", scan.RangeMax, 2);
        json.WriteStartArray("ranges"u8);
        foreach (float range in scan.Ranges)
        {
            Value(range, 2);
        }
        json.WriteEndArray();
        json.WriteStartObject("ground"u8);
        Number("camera_height", ground.Height, 3);
        Number("camera_tilt", ground.Tilt, 4);
        Number("confidence", ground.Confidence, 2);
        json.WriteEndObject();
        return End();
    }

    /// <summary>The nearest obstacles as JSON, nearest first; good until the next call.</summary>
    public ReadOnlyMemory<byte> Nearest(NearestByClass nearest, long stamp, ulong sequence, string frameId)
    {
        Begin(stamp, sequence, frameId);
        json.WriteStartArray("nearest"u8);
        IReadOnlyList<NearestObstacle> found = nearest.Found;
        for (int i = 0; i < found.Count; i++)
        {
            NearestObstacle obstacle = found[i];
            json.WriteStartObject();
            json.WriteNumber("id"u8, obstacle.Id);
            json.WriteString("name"u8, obstacle.Name);
            Number("distance", obstacle.Distance, 2);
            Number("bearing", obstacle.Bearing, 3);
            Number("share", obstacle.Share, 4);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        return End();
    }

    /// <inheritdoc/>
    public void Dispose() => json.Dispose();

    private void Begin(long stamp, ulong sequence, string frameId)
    {
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        json.WriteStartObject();
        json.WriteStartObject("header"u8);
        json.WriteStartObject("stamp"u8);
        (long seconds, long nanoseconds) = Math.DivRem(stamp, 1_000_000_000);
        json.WriteNumber("sec"u8, seconds);
        json.WriteNumber("nanosec"u8, nanoseconds);
        json.WriteEndObject();
        json.WriteString("frame_id"u8, frameId);
        json.WriteEndObject();
        json.WriteNumber("seq"u8, sequence);
    }

    private ReadOnlyMemory<byte> End()
    {
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private void Number(string name, float value, byte decimals)
    {
        json.WritePropertyName(name);
        Value(value, decimals);
    }

    private void Value(float value, byte decimals)
    {
        if (!float.IsFinite(value))
        {
            json.WriteStringValue(float.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8);
            return;
        }
        Span<byte> text = stackalloc byte[64];
        _ = Utf8Formatter.TryFormat(value, text, out int length, new StandardFormat('F', decimals));
        json.WriteRawValue(text[..length], skipInputValidation: true);
    }
}
