namespace RoboPerception.Inference.Tests;

/// <summary>Managed memory that code takes every time. What the runtime takes once (a method compiled anew, a thread's first wait) is none of its doing.</summary>
internal static class Allocation
{
    private const int Rounds = 3;

    /// <summary>Bytes that a round took on this thread: of three rounds the least.</summary>
    public static long OfARound(Action round)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Rounds; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
