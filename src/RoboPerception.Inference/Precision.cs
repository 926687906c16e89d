namespace RoboPerception.Inference;

/// <summary>In which floats a GPU computes.</summary>
internal enum Precision
{
    /// <summary>32 bits, as the file says.</summary>
    Float32,

    /// <summary>16 bits up to the last convolutions.</summary>
    Float16,
}
