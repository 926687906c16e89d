namespace RoboPerception.Training.Data;

/// <summary>Seeds for independent random streams from one user seed.</summary>
internal static class Seeds
{
    /// <summary>A well-mixed seed of three numbers (finaliser of SplitMix64): neighbouring epochs and places share no pattern.</summary>
    public static int Mix(int seed, int epoch, int place)
    {
        var state = ((ulong)(uint)seed << 32) ^ ((ulong)(uint)epoch * 0x9E3779B97F4A7C15) ^ ((ulong)(uint)place * 0xD1B54A32D192ED03);
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
        return (int)(uint)(state ^ (state >> 31));
    }
}
