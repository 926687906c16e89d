namespace RoboPerception.Training.Data;

/// <summary>One layout of a data set on disk.</summary>
/// <param name="Name">The prefix that chooses it.</param>
/// <param name="Layout">What lies in the folder.</param>
/// <param name="Recognises">Whether a path looks like it.</param>
/// <param name="Open">Makes the reader.</param>
internal sealed record DataFormat(string Name, string Layout, Func<string, bool> Recognises, Func<DataRequest, ImageReader> Open);
