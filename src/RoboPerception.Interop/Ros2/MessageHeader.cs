namespace RoboPerception.Interop.Ros2;

/// <summary>std_msgs/Header.</summary>
/// <param name="Stamp">Nanoseconds since the UNIX epoch: time of the grab.</param>
/// <param name="FrameId">Coordinate frame, e.g. <c>cam0_optical_frame</c> (REP-103: x right, y down, z forward).</param>
internal readonly record struct MessageHeader(long Stamp, string FrameId)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Writes it at the head of a message.</summary>
    public void Write(CdrWriter cdr)
    {
        // Times before 1970 count down in seconds and up in nanoseconds, as builtin_interfaces/Time has it.
        long seconds = Math.DivRem(Stamp, NanosecondsPerSecond, out long rest);
        if (rest < 0)
        {
            (seconds, rest) = (seconds - 1, rest + NanosecondsPerSecond);
        }
        cdr.Int32((int)seconds);
        cdr.UInt32((uint)rest);
        cdr.String(FrameId);
    }
}
