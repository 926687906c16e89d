namespace RoboPerception.Training.Data;

/// <summary>Size of an image as its file has it.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
internal sealed record SourceSize(int Height, int Width);
