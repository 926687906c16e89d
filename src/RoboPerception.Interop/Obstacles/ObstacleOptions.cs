namespace RoboPerception.Interop.Obstacles;

/// <summary>What counts as an obstacle, and how finely bearings are told apart.</summary>
internal sealed record ObstacleOptions
{
    /// <summary>Beams of the scan over the camera's view, at most 256: half a degree each, which keeps a wall seen at a slant right within 2 cm at 4 m.</summary>
    public int Beams { get; init; } = 128;

    /// <summary>Metres above the floor below which a robot drives over things, and the floor's own error lies.</summary>
    public float LowestHeight { get; init; } = 0.1f;

    /// <summary>Metres above the floor above which a robot passes under things.</summary>
    public float GreatestHeight { get; init; } = 1.8f;

    /// <summary>Metres; what is nearer is "too close" (REP 117).</summary>
    public float RangeMin { get; init; } = 0.2f;

    /// <summary>Metres; what is farther is "no return" (REP 117).</summary>
    public float RangeMax { get; init; } = 10;

    /// <summary>Pixels that must agree on a range: one alone may be an error.</summary>
    public int Support { get; init; } = 3;
}
