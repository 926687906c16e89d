using System.Runtime.CompilerServices;
using TorchSharp.Native;

namespace TorchSharp;

// Indexing with numbers, ranges, masks and index tensors.
public static partial class torch
{
    public partial class Tensor
    {
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => Assign(value, i1);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => At(i1, i2);
            set => Assign(value, i1, i2);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => At(i1, i2, i3);
            set => Assign(value, i1, i2, i3);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => At(i1, i2, i3, i4);
            set => Assign(value, i1, i2, i3, i4);
        }

        public Tensor index(params TensorIndex[] indices)
        {
            (Tensor view, Tensor?[] tensors) = Views(indices);
            if (Array.TrueForAll(tensors, tensor => tensor is null))
            {
                return view;
            }
            Tensor result = Ops.index_Tensor.Call([view, Arg.OptionalTensors(tensors)]);
            view.Dispose();
            return result;
        }

        public Tensor index(params Tensor[] indices) => Ops.index_Tensor.Call([this, Arg.OptionalTensors(indices)]);

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            (Tensor view, Tensor?[] tensors) = Views(indices);
            using (view)
            {
                if (Array.TrueForAll(tensors, tensor => tensor is null))
                {
                    _ = accumulate ? view.add_(value) : view.copy_(value);
                }
                else
                {
                    Ops.index_put_.Run([view, Arg.OptionalTensors(tensors), value, accumulate]);
                }
            }
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) =>
            InPlace(Ops.index_put_, [this, Arg.OptionalTensors(indices), value, accumulate]);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using Tensor scalar = full([], value, dtype, device);
            return index_put_(scalar, indices, false);
        }

        private Tensor Assign(Tensor value, params ReadOnlySpan<long> indices)
        {
            TensorIndex[] list = new TensorIndex[indices.Length];
            for (int i = 0; i < list.Length; i++)
            {
                list[i] = indices[i];
            }
            return index_put_(value, list, false);
        }

        private Tensor At(params ReadOnlySpan<long> indices)
        {
            Tensor view = alias();
            foreach (long position in indices)
            {
                view = Next(view, Ops.select_int.Call([view, 0L, position]));
            }
            return view;
        }

        // Numbers, ranges and new axes become a view; index tensors are returned by the dimension of the view they index.
        private (Tensor View, Tensor?[] Tensors) Views(TensorIndex[] indices)
        {
            int consumed = 0;
            foreach (TensorIndex each in indices)
            {
                consumed += each.ConsumedDimensions;
            }
            Tensor view = alias();
            List<Tensor?> tensors = [];
            int at = 0;
            foreach (TensorIndex each in indices)
            {
                switch (each.Kind)
                {
                    case TensorIndexKind.Single:
                        view = Next(view, view.select(at, each.Start!.Value));
                        continue;
                    case TensorIndexKind.Slice:
                        view = Next(view, Ops.slice_Tensor.Call([view, (long)at, each.Start, each.Stop, each.Step ?? 1]));
                        tensors.Add(null);
                        break;
                    case TensorIndexKind.None:
                        view = Next(view, view.unsqueeze(at));
                        tensors.Add(null);
                        break;
                    case TensorIndexKind.Ellipsis:
                        int skipped = (int)dim() - consumed;
                        tensors.AddRange(new Tensor?[skipped]);
                        at += skipped;
                        continue;
                    case TensorIndexKind.Bool:
                        view = Next(view, view.unsqueeze(at));
                        tensors.Add(full([1], each.Start != 0, ScalarType.Bool, device));
                        break;
                    default:
                        tensors.Add(each.Index);
                        at += each.ConsumedDimensions;
                        continue;
                }
                at++;
            }
            return (view, tensors.ToArray());
        }

        private static Tensor Next(Tensor former, Tensor view)
        {
            former.Dispose();
            return view;
        }
    }
}
