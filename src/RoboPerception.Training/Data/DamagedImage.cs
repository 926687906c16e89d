namespace RoboPerception.Training.Data;

/// <summary>An image that could not be read.</summary>
/// <param name="Index">Its place in the list of ids, from 0.</param>
/// <param name="Id">Its id.</param>
/// <param name="Reason">What was wrong with which file.</param>
internal readonly record struct DamagedImage(int Index, string Id, string Reason)
{
    /// <summary>One line that names index, id, file and fault.</summary>
    public override string ToString() => $"Image {Index} of the list (id '{Id}'): {Reason}";
}
