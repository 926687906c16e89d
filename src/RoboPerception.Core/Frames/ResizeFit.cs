namespace RoboPerception.Core;

/// <summary>How an image of another shape than the model's grid is brought onto it: a camera's by the node, a data set's by the trainer.</summary>
public enum ResizeFit
{
    /// <summary>The whole image fills the grid; shapes are squeezed.</summary>
    Stretch,

    /// <summary>The middle of the image fills the grid, shapes are kept; what lies beside it is not predicted.</summary>
    Crop,

    /// <summary>The whole image lies in the middle of the grid, shapes are kept; the grid beside it is grey and its predictions are marked invalid.</summary>
    Letterbox,
}
