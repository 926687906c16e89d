namespace RoboPerception.Interop.Obstacles;

/// <summary>
/// Free space around the camera in the shape of sensor_msgs/LaserScan: distances along the floor from the point below the camera to the
/// nearest obstacle, from right (<see cref="AngleMin"/>) to left. The frame is x forward, y left, z up (REP-103).
/// </summary>
internal sealed class LaserScan(int beams)
{
    /// <summary>Radians; bearing of the first beam.</summary>
    public float AngleMin { get; set; }

    /// <summary>Radians; bearing of the last beam.</summary>
    public float AngleMax { get; set; }

    /// <summary>Radians between beams.</summary>
    public float AngleIncrement { get; set; }

    /// <summary>Seconds between scans.</summary>
    public float ScanTime { get; set; }

    /// <summary>Metres.</summary>
    public float RangeMin { get; set; }

    /// <summary>Metres.</summary>
    public float RangeMax { get; set; }

    /// <summary>Metres; REP 117: -Inf = too close, +Inf = nothing within range, NaN = not known.</summary>
    public float[] Ranges { get; } = new float[beams];

    /// <summary>Copies a scan of as many beams.</summary>
    public void Take(LaserScan from)
    {
        (AngleMin, AngleMax, AngleIncrement) = (from.AngleMin, from.AngleMax, from.AngleIncrement);
        (ScanTime, RangeMin, RangeMax) = (from.ScanTime, from.RangeMin, from.RangeMax);
        from.Ranges.CopyTo(Ranges, 0);
    }
}
