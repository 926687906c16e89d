namespace RoboPerception.Capture;

/// <summary>How a camera's image of another shape than the model's grid is brought onto it.</summary>
internal enum ResizeFit
{
    /// <summary>The whole image fills the grid; shapes are squeezed.</summary>
    Stretch,

    /// <summary>The middle of the image fills the grid, shapes are kept; what lies beside it is not answered.</summary>
    Crop,

    /// <summary>The whole image lies in the middle of the grid, shapes are kept; the grid beside it is grey and its answers are marked invalid.</summary>
    Letterbox,
}
