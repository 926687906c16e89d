namespace RoboPerception.Node.Commands;

/// <summary>How a part of the machine is.</summary>
internal enum DoctorState
{
    /// <summary>There and usable.</summary>
    Found,

    /// <summary>Not there, and the node works without it.</summary>
    Absent,

    /// <summary>Not there or broken, and the node needs it.</summary>
    Missing,
}

/// <summary>One line of <c>doctor</c>.</summary>
/// <param name="Name">The part.</param>
/// <param name="State">How it is.</param>
/// <param name="Detail">Version, or what is wrong.</param>
/// <param name="Remedy">The one command that fixes it; empty if nothing needs fixing.</param>
internal sealed record DoctorCheck(string Name, DoctorState State, string Detail, string Remedy = "")
{
    /// <summary>Runs a check whose failure is an exception.</summary>
    public static DoctorCheck Try(string name, DoctorState otherwise, string remedy, Func<string> detail)
    {
        try
        {
            return new DoctorCheck(name, DoctorState.Found, detail());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever a native library throws while it loads is the finding.
            Exception root = e;
            while (root.InnerException is not null)
            {
                root = root.InnerException;
            }
            return new DoctorCheck(name, otherwise, root.Message.ReplaceLineEndings(" "), remedy);
        }
    }
}
