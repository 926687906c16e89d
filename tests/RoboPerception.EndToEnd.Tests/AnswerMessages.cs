using System.Globalization;
using System.Text.Json;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Scan and points as other people's readers print them, held against what was published.</summary>
internal static class AnswerMessages
{
    /// <summary>Nanoseconds of a published scan, as text.</summary>
    public static string StampOf(byte[] scan)
    {
        using JsonDocument document = JsonDocument.Parse(scan);
        JsonElement stamp = document.RootElement.GetProperty("header").GetProperty("stamp");
        return (stamp.GetProperty("sec").GetInt64() * 1_000_000_000L + stamp.GetProperty("nanosec").GetInt64()).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Holds a foxglove.LaserScan against the JSON of topic <c>scan</c>, whose ranges are rounded to centimetres.</summary>
    public static void RequireSameScan(JsonElement published, JsonElement message)
    {
        Assert.Equal(published.GetProperty("header").GetProperty("frame_id").GetString(), message.GetProperty("frame_id").GetString());
        Assert.Equal(published.GetProperty("angle_min").GetDouble(), message.GetProperty("start_angle").GetDouble(), 1e-3);
        Assert.Equal(published.GetProperty("angle_max").GetDouble(), message.GetProperty("end_angle").GetDouble(), 1e-3);
        Assert.Equal(1, message.GetProperty("pose").GetProperty("orientation").GetProperty("w").GetDouble());
        double[] expected = [.. published.GetProperty("ranges").EnumerateArray().Select(Number)], ranges = [.. message.GetProperty("ranges").EnumerateArray().Select(Number)];
        Assert.Equal(expected.Length, ranges.Length);
        Assert.Contains(ranges, double.IsFinite);
        Assert.All(expected.Zip(ranges), beam => Assert.True(beam.First.Equals(beam.Second) || Math.Abs(beam.First - beam.Second) <= 0.0051, $"{beam.First} was published, {beam.Second} is read"));
    }

    /// <summary>Holds the layout of a foxglove.PointCloud against that of topic <c>points</c>.</summary>
    public static void RequirePointFields(JsonElement message)
    {
        Assert.Equal(25, message.GetProperty("point_stride").GetInt32());
        Assert.Equal(
            [("x", 0, 7), ("y", 4, 7), ("z", 8, 7), ("normal_x", 12, 7), ("normal_y", 16, 7), ("normal_z", 20, 7), ("label", 24, 1)],
            message.GetProperty("fields").EnumerateArray().Select(f => (f.GetProperty("name").GetString()!, f.GetProperty("offset").GetInt32(), f.GetProperty("type").GetInt32())));
    }

    /// <summary>JSON has no infinity and no NaN: they are texts.</summary>
    private static double Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : value.GetString() switch
    {
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        "NaN" => double.NaN,
        string other => throw new InvalidDataException(other),
        null => throw new InvalidDataException("null"),
    };
}
